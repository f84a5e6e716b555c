// Of a value that several deliveries tell one is shown. The others are known for as long as that one is looked at.
import type { Elsewhere } from '../host/bindings';

class Others {
  #of = $state.raw<Elsewhere>();
  #also = $state.raw<Elsewhere[]>([]);

  know(of: Elsewhere, also: Elsewhere[]): void {
    this.#of = of;
    this.#also = also;
  }

  at(delivery: string, at: string | undefined): Elsewhere[] {
    return this.#of?.delivery === delivery && this.#of.at === at ? this.#also : [];
  }
}

export const others = new Others();
