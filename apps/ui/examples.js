// Asks the pad for an example; the pad asks the server.
const group = element.querySelector(".examples");

element.addEventListener("click", (event) => {
  const cell = event.target.closest("button");
  if (!cell) return;
  const detail = { key: cell.dataset.key, turn: Number(cell.dataset.turn) };
  document.dispatchEvent(new CustomEvent("stylescape:example", { detail }));
});
server[props.call]("").then(
  ({ address }) => address && group.style.setProperty("--sheet-picture", `url(${address})`),
  () => {},
);
