/**
 * Light, dark, or as the system says. Loaded in the head, so that a page never flashes.
 */

const KEY = 'cw-theme';

/** @returns {string | null} what the person chose, if anything */
function chosen() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @returns {string} the theme that is seen now */
function seen() {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  return document.documentElement.dataset.theme || (dark ? 'dark' : 'light');
}

/** @param {string} theme */
function choose(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the page.
  }
}

/** @param {string} theme light, dark, or "" to do as the system does */
function follow(theme) {
  if (theme) {
    choose(theme);
    return;
  }
  delete document.documentElement.dataset.theme;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept then.
  }
}

const theme = chosen();
if (theme === 'light' || theme === 'dark') {
  document.documentElement.dataset.theme = theme;
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element && event.target.closest('[data-theme-toggle]');
  if (button) {
    choose(seen() === 'dark' ? 'light' : 'dark');
    button.setAttribute('aria-pressed', String(seen() === 'dark'));
  }
});

document.addEventListener('change', (event) => {
  const field = event.target instanceof Element && event.target.closest('[data-theme-choice] input');
  if (field instanceof HTMLInputElement) {
    follow(field.value);
  }
});
