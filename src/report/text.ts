import stringWidth from 'string-width'

/** The few things that a report does with text. Widths are in terminal columns: a Chinese character has two. */

export const widthOf = stringWidth

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** Cut in the middle, where commands and flows are least telling. */
export function elide(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const half = Math.floor((width - 1) / 2)
  return `${headOf(text, width - 1 - half)}…${tailOf(text, half)}`
}

/** Cut at its end, where the beginning tells most. */
export const clip = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${headOf(text, width - 1)}…`

/** Lines of at most `width`, broken at spaces, or between Chinese characters. */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of wordsOf(text)) {
    const room = width - widthOf(indent)
    if (line !== '' && widthOf(line + word.trimEnd()) > room) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += line === '' ? word.trimStart() : word
    while (widthOf(line.trimEnd()) > room) {
      const head = headOf(line, room)
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd())
  return lines.map((l) => indent + l)
}

// No line begins with closing punctuation: it stays with the character before it.
const wordsOf = (text: string) =>
  text.match(
    /[\p{Script=Han}，。；：、？！（）“”《》][，。；：、？！）”》]*|[^\s\p{Script=Han}，。；：、？！（）“”《》]+[，。；：、？！）”》]*\s*|\s+/gu,
  ) ?? []

function headOf(text: string, width: number): string {
  let head = ''
  for (const c of charactersOf(text)) {
    if (widthOf(head + c) > width) break
    head += c
  }
  return head
}

function tailOf(text: string, width: number): string {
  let tail = ''
  for (const c of charactersOf(text).toReversed()) {
    if (widthOf(c + tail) > width) break
    tail = c + tail
  }
  return tail
}

const charactersOf = (text: string): readonly string[] => [...segmenter.segment(text)].map((s) => s.segment)
const segmenter = new Intl.Segmenter()
