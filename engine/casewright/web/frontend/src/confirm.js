/**
 * Asks before a button, a form or an htmx request with `data-confirm` (or `hx-confirm`) goes on.
 */

/**
 * @param {string} question
 * @param {Element} asker its `data-confirm-ok` and `data-confirm-cancel` name the buttons
 * @returns {Promise<boolean>}
 */
export function ask(question, asker) {
  const dialog = document.createElement('dialog');
  dialog.className = 'confirm';
  const text = document.createElement('p');
  text.textContent = question;
  const form = document.createElement('form');
  form.method = 'dialog';
  form.append(text, ...['cancel', 'ok'].map((value) => choice(value, asker)));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'ok');
    });
  });
}

/**
 * @param {string} value
 * @param {Element} asker
 */
function choice(value, asker) {
  const button = document.createElement('button');
  const label = asker.closest(`[data-confirm-${value}]`)?.getAttribute(`data-confirm-${value}`);
  button.value = value;
  button.textContent = label || (value === 'ok' ? 'OK' : 'Cancel');
  button.className = value === 'ok' ? 'primary' : 'secondary';
  return button;
}

/** @type {WeakSet<Element>} */
const answered = new WeakSet();

/**
 * Stop the event, ask, and repeat it when the answer is yes.
 * @param {Event} event
 * @param {Element} asker
 * @param {() => void} again
 */
async function guard(event, asker, again) {
  if (answered.delete(asker)) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(asker.getAttribute('data-confirm') || '', asker)) {
    answered.add(asker);
    again();
  }
}

/** Watch the page. */
export function install() {
  document.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element && event.target.closest('a[data-confirm], button[data-confirm]');
      if (button instanceof HTMLElement) {
        void guard(event, button, () => button.click());
      }
    },
    true,
  );
  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target;
      if (form instanceof HTMLFormElement && form.hasAttribute('data-confirm')) {
        const { submitter } = event;
        void guard(event, form, () => form.requestSubmit(submitter));
      }
    },
    true,
  );
  document.addEventListener('htmx:confirm', (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (detail.question) {
      event.preventDefault();
      void ask(detail.question, detail.elt).then((yes) => yes && detail.issueRequest(true));
    }
  });
}
