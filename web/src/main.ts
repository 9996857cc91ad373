/** The page. */

import { CHOICES } from './choices';
import { Client } from './client';
import { byId, element } from './elements';
import { Panel } from './panel';
import type { Task } from './protocol';
import { Results } from './results';
import { showTabs } from './tabs';
import FusionWorker from './worker?worker';

/** What is missing in this browser, if anything. */
function missing(): string | undefined {
  if (typeof WebAssembly !== 'object') {
    return 'This browser has no WebAssembly, or it is switched off; pictures cannot be fused here. A current Firefox, Chrome, Edge or Safari can.';
  }
  if (typeof OffscreenCanvas === 'undefined') {
    return 'This browser is too old to fuse pictures. A current Firefox, Chrome, Edge or Safari can.';
  }
  return undefined;
}

/** Let the service worker keep what is loaded from now on; without one, the page needs its server. */
async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  try {
    await navigator.serviceWorker.register('offline.js');
    if (navigator.serviceWorker.controller) return;
    await Promise.race([
      new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true })),
      new Promise((resolve) => setTimeout(resolve, 2000)),
    ]);
  } catch {
    // Private windows have none.
  }
}

async function start(): Promise<void> {
  const panels = byId('panels', HTMLDivElement);
  const problem = missing();
  if (problem) {
    panels.append(element('p', { className: 'problem' }, problem));
    return;
  }
  await keepOffline();
  const client = new Client(new FusionWorker());
  const results = new Results(client);
  const tabs = CHOICES.map((choice) => {
    const panel = new Panel(choice, client, (...shown) => results.add(...shown));
    return { name: choice.tab, key: choice.task, panel: panel.root };
  });
  panels.append(...tabs.map(({ panel }) => panel));
  showTabs(byId('tabs', HTMLDivElement), tabs, (key) => results.choose(key as Task));
  // Files that miss their place would replace the page.
  for (const name of ['dragover', 'drop'] as const) {
    document.addEventListener(name, (event) => event.preventDefault());
  }
}

void start();
