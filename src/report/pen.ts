import pc from 'picocolors'
import type { Language, Say } from '../core/lang.ts'

export interface TerminalOptions {
  readonly lang: Language
  readonly color: boolean
  /** Columns. */
  readonly width: number
  readonly verbose: boolean
}

/** What a part of the report writes with. */
export interface Pen extends TerminalOptions {
  readonly tell: (say: Say) => string
  readonly t: (en: string, zh: string) => string
  /** As the language writes it. */
  readonly colon: string
  readonly paint: ReturnType<typeof pc.createColors>
}

export const penFor = (options: TerminalOptions): Pen => ({
  ...options,
  tell: (say) => say[options.lang],
  t: (en, zh) => (options.lang === 'zh' ? zh : en),
  colon: options.lang === 'zh' ? '：' : ': ',
  paint: pc.createColors(options.color),
})

/** A heading in the left margin, its lines beside it. */
export const heading = (pen: Pen, text: string): string => pen.paint.bold(text)
