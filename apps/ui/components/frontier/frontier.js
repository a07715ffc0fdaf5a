// @ts-check
// The chart is drawn anew for each VAE; its marks follow the view.

import { chosen, views } from "../../shared/channels.js";
import { find, svg } from "../../shared/dom.js";
import { percent } from "../../shared/format.js";
import { memo } from "../../shared/memo.js";
import { moved, nearest, pointOf, rangesOf, scales, sharesOf, ticks } from "./scale.js";

/** @import { Ask, Host, View } from "../../shared/host.d.ts" */
/** @import { Measured, Point } from "./scale.js" */
/** @typedef {ReturnType<typeof scales>} Scales */

const FRAME = { width: 400, height: 262, left: 42, right: 16, top: 10, bottom: 34 };
const RIGHT = FRAME.width - FRAME.right;
const BELOW = FRAME.height - FRAME.bottom;
const NOT_MEASURED = "The frontier of this VAE has not been measured yet.";

/** @param {Host<{}, { frontier: Ask<{ rows: Point[], real: Partial<Measured> }> }>} host */
export function mount({ element, server }) {
  const root = find(element, ".frontier");
  const chart = find(root, "svg", SVGElement);
  const caption = find(root, "figcaption");
  const frontierOf = memo(server.frontier, ({ rows }) => Boolean(rows));
  /** @type {Point[]} */
  let rows = [];
  /** @type {Scales} */
  let scale = scales(
    [
      [0, 1],
      [0, 1],
    ],
    FRAME,
  );
  /** @type {string | null} */
  let drawn = null; // the VAE whose frontier is drawn
  /** @type {View} */
  let view = {};
  let isDragged = false;

  chart.setAttribute("viewBox", `0 0 ${FRAME.width} ${FRAME.height}`);
  chart.setAttribute("aria-valuemin", "0");
  chart.setAttribute("aria-valuemax", "1");

  const here = () => pointOf(rows, view.knobs ?? {});

  /** @param {Measured | null} real */
  function draw(real) {
    const ranges = rangesOf(real ? [...rows, real] : rows);
    scale = scales(ranges, FRAME);
    chart.replaceChildren(
      ...axes(ranges, scale),
      ...curves(rows, scale),
      ...(real ? [diamond(real, scale)] : []),
      svg("g", { class: "marks" }),
    );
    find(root, 'li[data-judge="real"]').hidden = !real;
  }

  function mark() {
    const at = here();
    const { cosine = null, judges = [], result } = view;
    const rings = at < 0 ? [] : spots(rows[at], scale, () => ({ class: "ring", r: 6 }));
    const sheet =
      cosine === null || !result
        ? []
        : sheetMarks(
            cosine,
            judges.map(({ accuracy }) => accuracy),
            scale,
          );
    chart.querySelector(".marks")?.replaceChildren(...sheet.slice(0, 1), ...rings, ...sheet.slice(1));
    chart.setAttribute("aria-valuenow", (at < 0 ? (cosine ?? 1) : rows[at].cosine).toFixed(3));
    chart.setAttribute("aria-valuetext", at < 0 ? "not on the curve: another generator is chosen" : labelOf(rows[at]));
    caption.textContent = at < 0 ? "Click a point to go to its θ and n." : labelOf(rows[at]);
  }

  /** @param {View} next */
  async function show(next) {
    view = next;
    if (view.source && view.source !== drawn) await change(view.source);
    if (rows.length) mark();
  }

  /** @param {string} name of the VAE whose frontier is drawn */
  async function change(name) {
    const { rows: points = [], real, message = NOT_MEASURED } = (await frontierOf(name)) ?? {};
    if (view.source !== name) return;
    rows = points;
    drawn = name;
    root.dataset.empty = String(rows.length === 0);
    if (rows.length) draw(real?.cosine ? /** @type {Measured} */ (real) : null);
    else caption.textContent = message;
  }

  /** @param {Point | undefined} row */
  function jump(row) {
    const at = rows[here()];
    if (!row || (at && labelOf(row) === labelOf(at))) return;
    chosen.send({ theta: row.theta, n: row.n });
  }

  /** @param {PointerEvent} event */
  function jumpTo(event) {
    const box = chart.getBoundingClientRect();
    const enlarged = FRAME.width / box.width;
    const [px, py] = [(event.clientX - box.left) * enlarged, (event.clientY - box.top) * enlarged];
    /** @param {Point} row */
    const distance = (row) =>
      Math.min(...sharesOf(row).map((share) => Math.hypot(scale.x(row.cosine) - px, scale.y(share) - py)));
    jump(rows[nearest(rows, distance)]);
  }

  chart.addEventListener("pointerdown", (event) => {
    isDragged = true;
    chart.setPointerCapture(event.pointerId);
    jumpTo(event);
  });
  chart.addEventListener("pointermove", (event) => isDragged && jumpTo(event));
  const release = () => {
    isDragged = false;
  };
  chart.addEventListener("pointerup", release);
  chart.addEventListener("pointercancel", release);
  chart.addEventListener("keydown", (event) => {
    const at = rows[here()] ?? rows[0];
    const step = at && moved(rows, at, event.key);
    if (!step) return;
    event.preventDefault();
    jump(step.to);
  });
  views.follow(element, show);
}

/** @param {Point} row */
function labelOf(row) {
  const [own, paper] = sharesOf(row).map((share) => percent(share, 1));
  const judges = `independent judge ${own}${paper === undefined ? "" : `, paper's judge ${paper}`}`;
  return `θ ${row.theta}, n ${row.n}: cosine ${row.cosine.toFixed(3)}, ${judges}`;
}

/**
 * @param {ReturnType<typeof rangesOf>} ranges
 * @param {Scales} scale
 */
function axes([cosines, shares], { x, y }) {
  const across = ticks(cosines).flatMap((at) => [
    svg("line", { class: "grid", x1: x(at), x2: x(at), y1: FRAME.top, y2: BELOW }),
    svg("text", { x: x(at), y: BELOW + 14, "text-anchor": "middle" }, at.toFixed(2)),
  ]);
  const up = ticks(shares).flatMap((at) => [
    svg("line", { class: "grid", x1: FRAME.left, x2: RIGHT, y1: y(at), y2: y(at) }),
    svg("text", { x: FRAME.left - 5, y: y(at) + 4, "text-anchor": "end" }, percent(at)),
  ]);
  const middle = { x: (FRAME.left + RIGHT) / 2, y: FRAME.height - 4, "text-anchor": "middle" };
  return [...across, ...up, svg("text", middle, "← more diverse · mean cosine similarity")];
}

/**
 * @param {Point[]} rows
 * @param {Scales} scale
 */
function curves(rows, scale) {
  /** @param {number} judge */
  const dot = (judge) => ({ class: "dot", "data-judge": judge, r: 3 });
  const along = [...rows].sort((a, b) => a.cosine - b.cosine);
  const lines = [0, 1].map((judge) => {
    const points = along.flatMap((row) => {
      const share = sharesOf(row)[judge];
      return share === undefined ? [] : [`${scale.x(row.cosine)},${scale.y(share)}`];
    });
    return svg("polyline", { "data-judge": judge, points: points.join(" ") });
  });
  return [...lines, ...rows.flatMap((row) => spots(row, scale, dot))];
}

/**
 * A circle for each judge's share of one point.
 * @param {Point} row
 * @param {Scales} scale
 * @param {(judge: number) => Record<string, string | number>} attributes
 */
function spots(row, { x, y }, attributes) {
  return sharesOf(row).map((share, judge) => svg("circle", { ...attributes(judge), cx: x(row.cosine), cy: y(share) }));
}

/**
 * @param {Measured} real
 * @param {Scales} scale
 */
function diamond(real, { x, y }) {
  const at = `translate(${x(real.cosine)} ${y(real.judge_accuracy)})`;
  return svg("path", { "data-judge": "real", d: "M0-6 6 0 0 6-6 0Z", transform: at });
}

/**
 * The line of a sheet's cosine, and a circle for each judge's accuracy on it.
 * @param {number} cosine
 * @param {number[]} shares
 * @param {Scales} scale
 */
function sheetMarks(cosine, shares, { x, y }) {
  const circles = shares.map((share, place) =>
    svg("circle", { class: "here", "data-place": place, cx: x(cosine), cy: y(share), r: 5 }),
  );
  if (circles.length === 0) return [];
  return [svg("line", { class: "rule", x1: x(cosine), x2: x(cosine), y1: FRAME.top, y2: BELOW }), ...circles];
}
