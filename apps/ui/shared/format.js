// @ts-check
// Numbers as a visitor reads them.

/**
 * A number with two digits after the point and a minus sign of its full width.
 * @param {number} value
 */
export function signed(value) {
  return value.toFixed(2).replace("-", "−");
}

/**
 * A share in per cent.
 * @param {number} share from 0 to 1
 * @param {number} [digits] after the point
 */
export function percent(share, digits = 0) {
  return `${(100 * share).toFixed(digits)} %`;
}

/**
 * A sentence with its first letter large.
 * @param {string} text
 */
export function capitalised(text) {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
