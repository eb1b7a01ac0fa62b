/**
 * Paints where a case stands: tokens, what is done, incidents.
 */

/**
 * @typedef {object} State
 * @property {{element: string, count?: number, text?: string}[]} [active]
 * @property {string[]} [completed]
 * @property {{element: string, text?: string, href?: string}[]} [incidents]
 * @property {string[]} [flows] sequence flows that were taken
 */

const MARKERS = ['cw-active', 'cw-completed', 'cw-incident', 'cw-taken'];

/**
 * Build a badge without HTML text, so that nothing in the state can become markup.
 * @param {string} kind
 * @param {string} text
 * @param {string} title
 * @param {string} [href]
 */
function badge(kind, text, title, href) {
  const element = document.createElement(href ? 'a' : 'span');
  element.className = `cw-badge cw-badge-${kind}`;
  element.textContent = text;
  element.title = title;
  if (element instanceof HTMLAnchorElement && href) {
    element.href = href;
  } else {
    element.setAttribute('role', 'img');
  }
  element.setAttribute('aria-label', title || text);
  return element;
}

/**
 * @param {any} viewer
 * @param {State} state
 */
export function paint(viewer, state) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  overlays.remove({ type: 'casewright' });
  for (const { id } of registry.getAll()) {
    MARKERS.forEach((marker) => canvas.removeMarker(id, marker));
  }

  /** @param {string} id @param {string} marker */
  const mark = (id, marker) => registry.get(id) && canvas.addMarker(id, marker);
  /** @param {string} id @param {object} position @param {HTMLElement} html */
  const put = (id, position, html) =>
    registry.get(id) && overlays.add(id, 'casewright', { position, html, show: { minZoom: 0.2 } });

  for (const id of state.completed || []) {
    mark(id, 'cw-completed');
  }
  for (const id of state.flows || []) {
    mark(id, 'cw-taken');
  }
  for (const { element, count = 1, text = '' } of state.active || []) {
    mark(element, 'cw-active');
    put(element, { bottom: 12, left: -10 }, badge('token', String(count), text));
  }
  for (const { element, text = '', href } of state.incidents || []) {
    mark(element, 'cw-incident');
    put(element, { top: -12, right: 12 }, badge('incident', '!', text, href));
  }
}
