// @ts-check

/** @import { Form } from "../../shared/host.d.ts" */
/** @typedef {{ name: string, title: string, forms: Form[], fitted: string }} Generator */

/**
 * A form of θ that a generator has: the one that was chosen, else one θ rather than as fitted if a θ was set by hand.
 * @param {Generator[]} generators
 * @param {string} name of the generator
 * @param {Form | undefined} form that was chosen
 * @param {string[]} offered forms that the page offers
 */
export function fallbackForm(generators, name, form, offered) {
  const forms = generators.find((each) => each.name === name)?.forms ?? [];
  const has = forms.filter((each) => offered.includes(each));
  if (form && has.includes(form)) return form;
  return has[form === "fitted" ? 0 : has.length - 1];
}
