import { type Say, say } from '../core/lang.ts'

/** 0 is Sunday, as `Date.getDay`. */
export const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** When repairs may be made. Minutes since midnight, local time; one that ends before it begins ends on the next day. */
export interface Window {
  /** On which it begins. */
  readonly days: readonly (typeof days)[number][]
  readonly from: number
  readonly to: number
}

const DAY = 24 * 60

/** Why nothing may be repaired now. Without windows there is always one open. */
export function closedNow(windows: readonly Window[], now: Date): Say | undefined {
  if (windows.length === 0 || windows.some((window) => isOpen(window, now))) return undefined
  const all = windows.map(({ days: on, from, to }) => `${on.join(',')} ${clockOf(from)}-${clockOf(to)}`).join('; ')
  return say(`no change window is open now (oldhand.yaml: ${all})`, `当前不在变更窗口内（oldhand.yaml：${all}）`)
}

function isOpen({ days: on, from, to }: Window, now: Date): boolean {
  const minute = now.getHours() * 60 + now.getMinutes()
  const length = (to - from + DAY) % DAY || DAY
  const beganToday = minute >= from && minute < from + length && on.includes(dayOf(now, 0))
  const beganYesterday = minute + DAY < from + length && on.includes(dayOf(now, -1))
  return beganToday || beganYesterday
}

const dayOf = (now: Date, add: number) => days[(now.getDay() + add + 7) % 7] ?? 'sun'
const clockOf = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
