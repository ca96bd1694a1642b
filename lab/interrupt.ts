/** Set when a person stops the boot: nothing new is begun, so that what there is can be removed. */
let interrupted = false

export const isInterrupted = (): boolean => interrupted

export function interrupt(): void {
  interrupted = true
}

export function resume(): void {
  interrupted = false
}
