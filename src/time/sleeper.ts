/** Waits for so many milliseconds, or until the signal is aborted or the sleeper woken. */
export class Sleeper {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Ends the sleep at hand; or else the next, before it begins. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async sleep(ms: number, stop: AbortSignal): Promise<void> {
    if (!this.#woken && !stop.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        stop.addEventListener('abort', this.#wake, { once: true });
      });
      if (this.#wake !== undefined) stop.removeEventListener('abort', this.#wake);
    }
    this.#wake = undefined;
    this.#woken = false;
  }
}
