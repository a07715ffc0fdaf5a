// @ts-check
// The chart's scales: mean cosine across, accuracy up.

/** @import { Knobs } from "../../shared/host.d.ts" */
/**
 * What was measured at one θ and n, or of real digits.
 * @typedef {object} Measured
 * @property {number} cosine
 * @property {number} judge_accuracy
 * @property {number} [recon_judge_accuracy]
 */
/** @typedef {Measured & { theta: number, n: number }} Point */
/** @typedef {[low: number, high: number]} Range */
/** @typedef {{ width: number, height: number, left: number, right: number, top: number, bottom: number }} Frame */

export const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2];

/**
 * The shares that each judge reads right, the independent one first.
 * @param {Measured} row
 */
export function sharesOf({ judge_accuracy: own, recon_judge_accuracy: paper }) {
  return paper === undefined ? [own] : [own, paper];
}

/**
 * Ranges of cosine and accuracy that hold all points; both end at 1.
 * @param {Measured[]} points
 * @returns {[Range, Range]}
 */
export function rangesOf(points) {
  /** @param {number[]} values @returns {Range} */
  const range = (values) => [Math.floor(20 * Math.min(...values)) / 20, 1];
  return [range(points.map(({ cosine }) => cosine)), range(points.flatMap(sharesOf))];
}

/**
 * Round numbers in a range, at most about `count`.
 * @param {Range} range
 * @param {number} [count]
 */
export function ticks([low, high], count = 6) {
  const step = STEPS.find((each) => (high - low) / each <= count) ?? 0.2;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/**
 * Where a value lies in a range, from 0 to 1.
 * @param {number} value
 * @param {Range} range
 */
export function within(value, [low, high]) {
  return (Math.min(high, Math.max(low, value)) - low) / (high - low);
}

/**
 * Functions from cosine and accuracy to places of a chart.
 * @param {[Range, Range]} ranges
 * @param {Frame} frame
 */
export function scales([cosines, shares], { width, height, left, right, top, bottom }) {
  return {
    /** @param {number} cosine */
    x: (cosine) => left + within(cosine, cosines) * (width - left - right),
    /** @param {number} share */
    y: (share) => height - bottom - within(share, shares) * (height - top - bottom),
  };
}

/**
 * The number of the point that knobs stand on, or the nearest; −1 where they are not one θ of the Simple generator.
 * @param {Point[]} rows
 * @param {Knobs} knobs
 */
export function pointOf(rows, { generator, form, theta = 0, n }) {
  if (generator !== "simple" || form !== "one") return -1;
  return nearest(rows, (row) => Math.abs(row.theta - theta) + (row.n === n ? 0 : 9));
}

/**
 * The number of the row with the least distance; −1 if there is none.
 * @template T
 * @param {T[]} rows
 * @param {(row: T) => number} distance
 */
export function nearest(rows, distance) {
  const distances = rows.map(distance);
  return distances.indexOf(Math.min(...distances));
}

/**
 * The point that an arrow key leads to: left and right along the curve of one n, up and down through n.
 * @param {Point[]} rows
 * @param {Point} at
 * @param {string} key
 */
export function moved(rows, at, key) {
  const draws = [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b);
  const along = rows.filter(({ n }) => n === at.n).sort((a, b) => b.theta - a.theta);
  /** @param {number} step */
  const beside = (step) => along[along.indexOf(at) + step];
  /** @param {number} step */
  const through = (step) => rows.find(({ theta, n }) => theta === at.theta && n === draws[draws.indexOf(at.n) + step]);
  /** @type {Record<string, () => Point | undefined>} */
  const ways = {
    ArrowLeft: () => beside(-1),
    ArrowRight: () => beside(1),
    ArrowUp: () => through(1),
    ArrowDown: () => through(-1),
  };
  return ways[key] ? { to: ways[key]() } : null;
}
