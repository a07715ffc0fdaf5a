// @ts-check
// Text on a canvas, in letters of one picture that holds every character at every λ.

import { make } from "../../shared/dom.js";
import { contextOf } from "../../shared/strokes.js";
import { inkBox, setText } from "./typesetting.js";

/** @import { Glyph, Placed } from "./typesetting.js" */
/** @typedef {{ address: string, letters: string, side: number }} SheetData */

const LEADING = 1.55;
const STEEP = 1.9; // of edges
const READ = { willReadFrequently: true };

/**
 * Where the ink of a square of a canvas lies.
 * @param {HTMLCanvasElement} picture
 * @param {number} left
 * @param {number} top
 * @param {number} side
 * @returns {Glyph}
 */
export function glyphIn(picture, left, top, side) {
  const [x, y, width, height] = inkBox(contextOf(picture, READ).getImageData(left, top, side, side).data, side);
  return { picture, box: [left + x, top + y, width, height] };
}

/** Every letter on the way from one writer's style to another, a row for each λ, and a last row of the general style. */
export class Sheet {
  /** @type {Record<string, Glyph>} */
  #glyphs = {};

  /**
   * @param {HTMLCanvasElement} picture
   * @param {string} letters
   * @param {number} side of each
   */
  constructor(picture, letters, side) {
    this.picture = picture;
    this.letters = letters;
    this.side = side;
    this.steps = picture.height / side - 1; // rows of λ
  }

  /**
   * @param {SheetData} data
   * @returns {Promise<Sheet>}
   */
  static async load({ address, letters, side }) {
    const image = make("img", { src: address });
    await image.decode();
    const picture = make("canvas", { width: image.width, height: image.height });
    contextOf(picture, READ).drawImage(image, 0, 0);
    return new Sheet(picture, letters, side);
  }

  /**
   * @param {number} row
   * @param {string} letter
   */
  glyph(row, letter) {
    const [left, top] = [this.letters.indexOf(letter) * this.side, row * this.side];
    this.#glyphs[`${row}${letter}`] ??= glyphIn(this.picture, left, top, this.side);
    return this.#glyphs[`${row}${letter}`];
  }
}

/**
 * Writes a text on a canvas, which takes the size that it needs.
 * @param {HTMLCanvasElement} canvas
 * @param {string} text
 * @param {(letter: string) => Glyph | undefined} glyphOf
 * @param {object} size
 * @param {number} size.unit pixels of a capital's height
 * @param {number} size.room pixels of a row
 * @param {number} [size.ratio] pixels of the screen in one of the page
 * @param {boolean} [onPaper] white, and not wider than the text
 */
export function writeText(canvas, text, glyphOf, { unit, room, ratio = 1 }, onPaper = false) {
  const rows = setText(text, glyphOf, room / unit);
  const width = onPaper ? Math.max(1, ...rows.flat().map((each) => each.x + each.wide)) * unit + unit : room;
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil((rows.length * LEADING + 0.25) * unit * ratio);
  const context = contextOf(canvas, READ);
  context.imageSmoothingQuality = "high";
  context.scale(ratio * unit, ratio * unit);
  if (onPaper) context.translate(0.5, 0);
  paintRows(context, rows);
  steepen(context, canvas);
  if (onPaper) layUnder(context, canvas);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Placed[][]} rows
 */
function paintRows(context, rows) {
  rows.forEach((row, i) => {
    const base = 1.25 + i * LEADING;
    for (const { glyph, x, wide, tall, deep } of row) {
      if (glyph.picture) context.drawImage(glyph.picture, ...glyph.box, x, base + deep - tall, wide, tall);
    }
  });
}

// Letters of 28 pixels are enlarged: their soft edges are drawn as steep as a pen's.
/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} canvas
 */
function steepen(context, { width, height }) {
  const picture = context.getImageData(0, 0, width, height);
  for (let i = 3; i < picture.data.length; i += 4) picture.data[i] = (picture.data[i] - 127) * STEEP + 127;
  context.putImageData(picture, 0, 0);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} canvas
 */
function layUnder(context, { width, height }) {
  context.resetTransform();
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
}
