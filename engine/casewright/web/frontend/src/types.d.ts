declare module '*.css';
declare module 'idiomorph/htmx';

interface HtmxConfig {
  [name: string]: unknown;
}

interface Htmx {
  config: HtmxConfig;
  process(element: Element): void;
}
