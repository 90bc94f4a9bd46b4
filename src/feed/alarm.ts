/** Lets one reader sleep until there is news, or for a while. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  /** There is news: ends the sleep, or the next one before it begins. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** The news so far is known. */
  reset(): void {
    this.#rung = false;
  }

  /** Resolves after so many milliseconds, or once it rings. */
  async sleep(ms: number): Promise<void> {
    if (this.#rung) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
