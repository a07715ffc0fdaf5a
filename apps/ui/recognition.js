const list = element.querySelector("ol");

function show({ top = [] }) {
  list.dataset.empty = top.length === 0;
  [...list.children].forEach((row, i) => {
    const [name, share] = top[i] ?? ["", 0];
    row.querySelector("b").textContent = name || "·";
    row.querySelector(".bar").style.width = `${100 * share}%`;
    row.querySelector(".share").textContent = name ? `${Math.round(100 * share)} %` : "";
  });
}

document.addEventListener("stylescape:view", (event) => show(event.detail));
show(window.stylescapeView ?? {});
