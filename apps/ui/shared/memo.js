// @ts-check

/**
 * A question whose good answers are kept; one that failed is asked again.
 * @template {string | number} K
 * @template {object} A
 * @param {(key: K) => Promise<A>} ask
 * @param {(answer: A) => boolean} isGood
 * @returns {(key: K) => Promise<A | undefined>}
 */
export function memo(ask, isGood) {
  /** @type {Map<K, Promise<A | undefined>>} */
  const kept = new Map();
  return async (key) => {
    const asked = kept.get(key) ?? ask(key).catch(() => undefined);
    kept.set(key, asked);
    const answer = await asked;
    if (answer === undefined || !isGood(answer)) kept.delete(key);
    return answer;
  };
}
