/** Tabs as WAI-ARIA describes them: arrow keys, Home and End choose. */

import { element } from './elements';

export interface Tab {
  readonly name: string;
  readonly key: string;
  readonly panel: HTMLElement;
}

export function showTabs(list: HTMLElement, tabs: readonly Tab[], chosen: (key: string) => void): void {
  const buttons = tabs.map(({ name, key, panel }) => {
    const button = element('button', { type: 'button', id: `tab-${key}` }, name);
    button.setAttribute('role', 'tab');
    panel.id = `panel-${key}`;
    button.setAttribute('aria-controls', panel.id);
    panel.setAttribute('aria-labelledby', button.id);
    return button;
  });
  const choose = (index: number, focus = false) => {
    tabs.forEach(({ panel }, k) => {
      panel.hidden = k !== index;
      buttons[k]?.setAttribute('aria-selected', String(k === index));
      buttons[k]?.setAttribute('tabindex', k === index ? '0' : '-1');
    });
    if (focus) buttons[index]?.focus();
    chosen((tabs[index] as Tab).key);
  };
  buttons.forEach((button, k) => {
    button.addEventListener('click', () => choose(k));
    button.addEventListener('keydown', ({ key }) => {
      const next = { ArrowRight: k + 1, ArrowLeft: k - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[key];
      if (next !== undefined) choose(next % tabs.length, true);
    });
  });
  list.append(...buttons);
  choose(0);
}
