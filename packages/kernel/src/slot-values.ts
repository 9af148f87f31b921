import { slotEmpty } from './errors.js';
import type { Slot } from './token.js';

/**
 * Values of slots, for a pipeline's context to hold. The kernel orders steps by the slots they name and
 * leaves it to the context where the values live; this is the usual place.
 *
 * @public
 */
export class SlotValues {
  readonly #values = new Map<symbol, unknown>();

  /** Stores the value, in place of an earlier one. */
  set<T>(slot: Slot<T>, value: NoInfer<T>): void {
    this.#values.set(slot.key, value);
  }

  /** The value, or undefined when no step wrote one. */
  get<T>(slot: Slot<T>): T | undefined {
    return this.#values.get(slot.key) as T | undefined;
  }

  /** The value; throws `SLOT_EMPTY` when no step wrote one. */
  need<T>(slot: Slot<T>): T {
    if (!this.#values.has(slot.key)) throw slotEmpty(slot.id);
    return this.#values.get(slot.key) as T;
  }

  has(slot: Slot<unknown>): boolean {
    return this.#values.has(slot.key);
  }
}
