// Drawing on a pad of SIDE × SIDE units. A stroke is {w, p}: its width, and its points as x0, y0, x1, y1, …
const SIDE = 256;
const MIN_STEP = 1.5; // between kept points

const onGrid = (value) => Math.round(value * 2) / 2;

// An empty canvas as fine as the screen, to be painted on in units of the pad.
function cleared(canvas) {
  const context = canvas.getContext("2d");
  const side = Math.max(1, Math.round(canvas.getBoundingClientRect().width * (window.devicePixelRatio || 1)));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
  context.clearRect(0, 0, SIDE, SIDE);
  return context;
}

function paintStroke(context, { w, p }) {
  context.lineWidth = w;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = "#1a1a1a";
  context.beginPath();
  context.moveTo(p[0], p[1]);
  for (let i = 2; i < p.length; i += 2) context.lineTo(p[i], p[i + 1]);
  if (p.length === 2) context.lineTo(p[0] + 0.01, p[1]);
  context.stroke();
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [onGrid(((event.clientX - box.left) / box.width) * SIDE), onGrid(((event.clientY - box.top) / box.height) * SIDE)];
}

function extend({ p }, [x, y], least = MIN_STEP) {
  const [px, py] = p.slice(-2);
  const distance = Math.hypot(x - px, y - py);
  if (distance >= least && distance > 0) p.push(x, y);
}

// The stroke under the pointer, if there is one, and what draws it; other fingers are left out of it.
let stroke = null;

function drawOn(canvas, { width, begun, grown, done }) {
  let pointer = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || event.button !== 0) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true, focusVisible: false });
    try {
      canvas.setPointerCapture(event.pointerId);
    } catch {
      // a pen that has already left: the stroke goes on without capture
    }
    pointer = event.pointerId;
    stroke = { w: width(), p: place(canvas, event) };
    begun();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) extend(stroke, place(canvas, each));
    grown();
  });
  function finish(event) {
    if (!stroke || event.pointerId !== pointer) return;
    if (event.type === "pointerup") extend(stroke, place(canvas, event), 0);
    const whole = stroke;
    stroke = pointer = null;
    done(whole);
  }
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", finish);
}
