/**
 * Entry of pages with a diagram: draws `<div class="diagram" data-xml=… data-state=…>`.
 */

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import './viewer.css';

import { paint } from './overlays.js';
import { addControls } from './zoom.js';

/**
 * @param {string} url
 * @returns {Promise<Response>}
 */
async function get(url) {
  const answer = await fetch(url, { headers: { 'X-Requested-With': 'fetch' } });
  if (!answer.ok) {
    throw new Error(`${url}: ${answer.status}`);
  }
  return answer;
}

/** @param {HTMLElement} place */
async function draw(place) {
  const fallback = [...place.childNodes];
  const labels = JSON.parse(place.dataset.labels || '{}');
  place.dataset.loading = 'loading';
  try {
    const xml = await (await get(place.dataset.xml || '')).text();
    place.replaceChildren();
    const viewer = new NavigatedViewer({ container: place });
    await viewer.importXML(xml);
    addControls(place, viewer, labels);
    await refresh(place, viewer);
    document.body.addEventListener('cw:refresh', () => void refresh(place, viewer));
    viewer.on('element.click', (/** @type {any} */ { element }) => {
      place.dispatchEvent(new CustomEvent('cw:element', { bubbles: true, detail: { id: element.id } }));
    });
    place.dataset.loading = 'done';
  } catch (problem) {
    const text = document.createElement('p');
    text.setAttribute('role', 'alert');
    text.textContent = labels.failed || 'The diagram cannot be shown.';
    place.replaceChildren(text, ...fallback);
    place.dataset.loading = 'failed';
    console.error(problem);
  }
}

/**
 * @param {HTMLElement} place
 * @param {any} viewer
 */
async function refresh(place, viewer) {
  if (place.dataset.state) {
    paint(viewer, await (await get(place.dataset.state)).json());
  }
}

document.querySelectorAll('.diagram[data-xml]').forEach((place) => {
  void draw(/** @type {HTMLElement} */ (place));
});
