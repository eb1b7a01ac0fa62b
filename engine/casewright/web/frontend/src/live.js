/**
 * Server-sent events: `data-events="URL"` on any element opens one stream for the page, and each
 * event becomes `cw:refresh` on the body, which htmx triggers and the diagram listen for.
 */

const TOPICS = ['message', 'refresh', 'tasks', 'case', 'incidents'];
const MERGE_MS = 300;

/** @type {Map<string, string>} */
const waiting = new Map();
let timer = 0;

function flush() {
  timer = 0;
  const topics = [...waiting];
  waiting.clear();
  for (const [topic, data] of topics) {
    document.body.dispatchEvent(new CustomEvent('cw:refresh', { detail: { topic, data } }));
  }
}

/**
 * Many events in a moment ask for one reload.
 * @param {MessageEvent<string>} event
 */
function receive(event) {
  waiting.set(event.type, event.data);
  timer ||= window.setTimeout(flush, MERGE_MS);
}

/** @param {string} state */
function show(state) {
  document.documentElement.dataset.live = state;
}

/** Open the stream that the page names, if it names one. */
export function install() {
  const url = document.querySelector('[data-events]')?.getAttribute('data-events');
  if (!url) {
    return;
  }
  const source = new EventSource(url);
  let lost = false;
  source.addEventListener('open', () => {
    show('on');
    // What happened while the stream was down was missed; one reload makes up for it.
    if (lost) {
      receive(new MessageEvent('refresh', { data: '' }));
    }
    lost = false;
  });
  source.addEventListener('error', () => {
    show('off');
    lost = true;
  });
  for (const topic of TOPICS) {
    source.addEventListener(topic, /** @type {EventListener} */ (receive));
  }
  window.addEventListener('pagehide', () => source.close());
}
