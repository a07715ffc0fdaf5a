// @ts-check

/**
 * The search part of the page's address for a view: what Gradio keeps there, `__theme` and its like, then the query.
 * @param {string} search of the address now
 * @param {string} query of the view
 */
export function searchWith(search, query) {
  const kept = new URLSearchParams(search);
  for (const key of [...kept.keys()]) if (!key.startsWith("__")) kept.delete(key);
  return [kept.toString(), query].filter(Boolean).join("&");
}
