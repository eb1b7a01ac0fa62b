/**
 * Small comforts that a page works without.
 */

/** @returns {string} the token that proves a request comes from our page */
export function csrf() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute('content') || '';
}

/** @param {Event} event */
function closest(event, /** @type {string} */ selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/** Watch the page. */
export function install() {
  document.addEventListener('click', (event) => {
    const row = closest(event, '[data-href]');
    if (row && !closest(event, 'a, button, input, select, textarea, label') && !getSelection()?.toString()) {
      location.assign(row.getAttribute('data-href') || '');
    }
  });
  document.addEventListener('change', (event) => {
    const field = closest(event, '[data-autosubmit]');
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
      field.form?.requestSubmit();
    }
  });
  document.addEventListener('submit', (event) => {
    const form = closest(event, 'form[data-disable-on-submit]');
    // After this turn, so that the pressed button's own value is still sent.
    window.setTimeout(() => {
      if (form && !event.defaultPrevented) {
        form.querySelectorAll('button').forEach((button) => (button.disabled = true));
      }
    });
  });
  // A page shown again from the browser's memory must not stay locked.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) {
      document
        .querySelectorAll('form[data-disable-on-submit] button')
        .forEach((button) => (/** @type {HTMLButtonElement} */ (button).disabled = false));
    }
  });
}
