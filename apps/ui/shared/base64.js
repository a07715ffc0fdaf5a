// @ts-check
// Bytes as text, and back.

/**
 * The bytes of a base64 text.
 * @param {string} text
 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Bytes as base64 text.
 * @param {Uint8Array} bytes
 */
export function base64Of(bytes) {
  let letters = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    letters += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(letters);
}
