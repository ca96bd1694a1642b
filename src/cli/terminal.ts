import type { TerminalOptions } from '../report/pen.ts'
import { localeOf } from './language.ts'

/** Columns where standard output is no terminal, and the most that are used where it is one. */
interface Width {
  readonly usual: number
  readonly most?: number
}

/** The width of lists and plans. */
export const listWidth: Width = { usual: 100, most: 140 }
/** The width of tables that are as wide as their cells. */
export const tableWidth: Width = { usual: 120 }

/** How to write to standard output, as it is now. */
export const terminalOf = ({ usual, most = Infinity }: Width, verbose = false): TerminalOptions => ({
  lang: localeOf(process.argv).lang,
  color: process.stdout.isTTY && !process.env.NO_COLOR,
  width: Math.max(60, Math.min(process.stdout.columns ?? usual, most)),
  verbose,
})
