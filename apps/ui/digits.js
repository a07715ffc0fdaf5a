// Ten radio buttons; choosing what was read takes the correction back.
const inputs = [...element.querySelectorAll("input")];
let view = {};

function show(next) {
  view = next;
  const shares = view.digits ?? [];
  inputs.forEach((input, digit) => {
    input.disabled = shares.length === 0;
    input.checked = view.digit === digit;
    input.setAttribute("aria-label", shares.length ? `${digit}, ${Math.round(100 * shares[digit])} %` : `${digit}`);
    input.parentElement.title = shares.length ? `${(100 * shares[digit]).toFixed(1)} %` : "";
    input.parentElement.querySelector(".bar").style.width = `${100 * (shares[digit] ?? 0)}%`;
  });
}

element.addEventListener("change", (event) => {
  const digit = Number(event.target.value);
  const read = view.digits.indexOf(Math.max(...view.digits));
  props.value = digit === read ? {} : { of: view.source, digit };
  trigger("input");
});
document.addEventListener("stylescape:view", (event) => show(event.detail));
show(window.stylescapeView ?? {});
