// Light, dark, or as the system has it.
import { remembered } from './parts/remembered';

export type ThemeChoice = 'auto' | 'light' | 'dark';
const order: ThemeChoice[] = ['auto', 'light', 'dark'];
const kept = remembered('theme');

class Theme {
  choice = $state<ThemeChoice>(order.find((each) => each === kept.read()) ?? 'auto');

  apply(): void {
    if (this.choice === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.choice;
  }

  next(): void {
    this.choice = order[(order.indexOf(this.choice) + 1) % order.length]!;
    kept.write(this.choice);
    this.apply();
  }
}

export const theme = new Theme();
