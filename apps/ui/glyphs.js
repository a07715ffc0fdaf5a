// A radio group of pictures. Arrow keys move and choose; Escape, or choosing the chosen one again, goes back to "".
const group = element.querySelector("[role=radiogroup]");
const cells = [...group.querySelectorAll("[role=radio]")];
const isFixed = props.kind !== "hands"; // the same pictures whatever the view
const sheets = {}; // addresses of pictures by the character they were made for
let current = null; // the character whose pictures are shown

function choose(value, focus = false) {
  if (value !== props.value) {
    props.value = value;
    trigger("input");
  }
  mark();
  if (focus) checked().focus();
}

const checked = () => cells.find((cell) => cell.dataset.value === String(props.value ?? "")) ?? cells[0];

function mark() {
  for (const cell of cells) {
    cell.setAttribute("aria-checked", cell === checked());
    cell.tabIndex = cell === checked() ? 0 : -1;
  }
}

// The cell nearest in the next row up or down, by where the cells lie on the screen.
function beside(cell, down) {
  const box = cell.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  const rows = cells.map((each) => [each, each.getBoundingClientRect()]);
  const beyond = rows.filter(([, b]) => (down ? b.top > box.bottom - 4 : b.bottom < box.top + 4));
  if (beyond.length === 0) return cell;
  const edge = down ? Math.min(...beyond.map(([, b]) => b.top)) : Math.max(...beyond.map(([, b]) => b.top));
  const row = beyond.filter(([, b]) => Math.abs(b.top - edge) < 4);
  return row.reduce((best, each) => (gap(each, middle) < gap(best, middle) ? each : best))[0];
}
const gap = ([, box], middle) => Math.abs(box.left + box.width / 2 - middle);

function start() {
  const followed = cells.find((cell) => cell.dataset.followed === "true");
  return checked() === cells[0] && followed ? followed : checked();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = cells.indexOf(start());
  const next = {
    ArrowRight: () => cells[Math.min(at + 1, cells.length - 1)],
    ArrowLeft: () => cells[Math.max(at - 1, 0)],
    ArrowDown: () => beside(start(), true),
    ArrowUp: () => beside(start(), false),
    Home: () => cells[1],
    End: () => cells[cells.length - 1],
    Escape: () => cells[0],
  }[event.key];
  const typed = isFixed && event.key.length === 1 && cells.find((cell) => cell.dataset.value === event.key);
  if (!next && !typed) return;
  event.preventDefault();
  choose((next ? next() : typed).dataset.value, true);
}

async function dress(character) {
  if (current === character) return;
  current = character;
  sheets[character] ??= server[props.sheet](character);
  const sheet = await sheets[character].catch(() => ({}));
  if (!sheet.address) delete sheets[character];
  if (current !== character || !sheet.address) return;
  for (let i = cells.length - 1; i < sheet.count; i++) addHand(i);
  group.style.setProperty("--rows", Math.ceil(sheet.count / props.columns));
  group.style.setProperty("--sheet-picture", `url(${sheet.address})`);
  mark();
}

function addHand(i) {
  const cell = cells[0].cloneNode();
  cell.className = "";
  cell.dataset.value = i;
  cell.title = `Hand ${i + 1}`;
  cell.setAttribute("aria-label", cell.title);
  cell.style.cssText = `--x:${i % props.columns};--y:${Math.floor(i / props.columns)}`;
  cell.innerHTML = '<span class="glyph"></span>';
  group.append(cell);
  cells.push(cell);
}

function show(view) {
  if (isFixed) {
    for (const cell of cells) cell.dataset.followed = view.target === cell.dataset.value && !props.value;
  } else if (view.target) dress(view.target);
  mark();
}

group.addEventListener("click", (event) => {
  const cell = event.target.closest("[role=radio]");
  if (cell) choose(cell.dataset.value === props.value ? "" : cell.dataset.value, true);
});
group.addEventListener("keydown", onKey);
document.addEventListener("stylescape:view", (event) => show(event.detail));
watch("value", mark);
dress(isFixed ? "" : "a");
show(window.stylescapeView ?? {});
