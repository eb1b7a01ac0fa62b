/**
 * htmx, set up so that no text of a page is ever run as code.
 */

import htmx from 'htmx.org';

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
});

// The morph extension finds htmx by this name.
/** @type {any} */ (window).htmx = htmx;

export default htmx;
