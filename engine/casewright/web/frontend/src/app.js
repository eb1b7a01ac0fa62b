/**
 * Entry of every page.
 */

import './htmx.js';
import 'idiomorph/htmx';

import * as confirm from './confirm.js';
import * as draft from './draft.js';
import * as live from './live.js';
import * as page from './page.js';

document.addEventListener('htmx:configRequest', (event) => {
  /** @type {CustomEvent} */ (event).detail.headers['X-CSRF-Token'] = page.csrf();
});

confirm.install();
draft.install();
page.install();
live.install();
