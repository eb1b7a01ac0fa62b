/**
 * Keeps what is typed into `<form data-draft-url="URL">` on the server, a moment after each change.
 */

import { csrf } from './page.js';

const PAUSE_MS = 1500;

/** @param {HTMLFormElement} form */
function watch(form) {
  const url = form.getAttribute('data-draft-url') || '';
  const state = form.querySelector('[data-draft-state]');
  let timer = 0;
  let changed = false;

  /** @param {'saved' | 'failed' | 'saving'} what */
  function show(what) {
    if (state instanceof HTMLElement) {
      state.dataset.draftState = what;
      state.textContent = state.dataset[what] || '';
    }
  }

  async function save() {
    window.clearTimeout(timer);
    changed = false;
    show('saving');
    const fields = [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { 'X-CSRF-Token': csrf() },
        keepalive: true,
      });
      show(answer.ok ? 'saved' : 'failed');
    } catch {
      show('failed');
    }
  }

  form.addEventListener('input', () => {
    changed = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE_MS);
  });
  // Once sent, a late draft must not come back as unfinished work.
  form.addEventListener('submit', () => {
    changed = false;
    window.clearTimeout(timer);
  });
  window.addEventListener('pagehide', () => {
    if (changed) {
      void save();
    }
  });
}

/** Watch every form of the page that has a draft. */
export function install() {
  document.querySelectorAll('form[data-draft-url]').forEach((form) => {
    watch(/** @type {HTMLFormElement} */ (form));
  });
}
