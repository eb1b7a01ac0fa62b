/**
 * Zoom and pan by button and key; the first sight is the whole diagram.
 */

const STEP = 1.25;
const PAN = 60;

/**
 * @param {HTMLElement} place
 * @param {any} viewer
 * @param {Record<string, string>} labels
 */
export function addControls(place, viewer, labels) {
  const canvas = viewer.get('canvas');
  const fit = () => {
    if (!place.clientWidth || !place.clientHeight) {
      return; // not laid out: there is no size to fit into
    }
    canvas.resized();
    canvas.zoom('fit-viewport', 'auto');
    // A small diagram is not blown up: text keeps the size of the page's.
    if (canvas.zoom() > 1) {
      canvas.zoom(1, 'auto');
    }
  };
  /** @param {number} factor */
  const zoom = (factor) => canvas.zoom(Math.min(4, Math.max(0.1, canvas.zoom() * factor)), 'auto');

  /** @type {[string, string, () => void][]} */
  const buttons = [
    ['+', labels.zoomIn || 'Zoom in', () => zoom(STEP)],
    ['−', labels.zoomOut || 'Zoom out', () => zoom(1 / STEP)],
    ['⤢', labels.fit || 'Fit', fit],
  ];
  const bar = document.createElement('div');
  bar.className = 'cw-zoom';
  bar.append(...buttons.map(([sign, label, action]) => control(sign, label, action)));
  place.append(bar);
  place.tabIndex = 0;

  /** @type {Record<string, () => void>} */
  const keys = {
    '+': () => zoom(STEP),
    '=': () => zoom(STEP),
    '-': () => zoom(1 / STEP),
    0: fit,
    ArrowLeft: () => canvas.scroll({ dx: PAN, dy: 0 }),
    ArrowRight: () => canvas.scroll({ dx: -PAN, dy: 0 }),
    ArrowUp: () => canvas.scroll({ dx: 0, dy: PAN }),
    ArrowDown: () => canvas.scroll({ dx: 0, dy: -PAN }),
  };
  place.addEventListener('keydown', (event) => {
    if (event.target === place && keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      keys[event.key]();
      event.preventDefault();
    }
  });
  new ResizeObserver(fit).observe(place);
  fit();
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => void} action
 */
function control(sign, label, action) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = sign;
  button.title = label;
  button.setAttribute('aria-label', label);
  button.addEventListener('click', action);
  return button;
}
