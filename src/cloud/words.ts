import { isIP } from 'node:net'

/** What an operator's word for a VM can be. */
export type Word =
  | { readonly is: 'uuid'; readonly uuid: string }
  | { readonly is: 'mac'; readonly mac: string }
  | { readonly is: 'ip'; readonly ip: string; readonly version: 4 | 6 }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'prefix'; readonly prefix: string }

/** What a word can mean, likeliest first: any word can be a name. In the form that Neutron keeps it in. */
export function meanings(asked: string): readonly Word[] {
  // Half of a surrogate pair cannot be put into a URL.
  const word = Buffer.from(asked).toString().trim()
  // Neutron would list every port without a name.
  if (word === '') return []
  const first = [uuid(word), ip(word), mac(word)].filter((meaning) => meaning !== undefined)
  return [...first, { is: 'name', name: word }, ...prefix(word)]
}

function uuid(word: string): Word | undefined {
  const hex = word.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined
  return { is: 'uuid', uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}

function ip(word: string): Word | undefined {
  const version = isIP(word)
  if (version === 4) return { is: 'ip', ip: word, version }
  const url = `http://[${word}]/`
  if (version !== 6 || !URL.canParse(url)) return undefined
  return { is: 'ip', ip: new URL(url).hostname.slice(1, -1), version }
}

/** `fa:16:3e:00:00:01`, `FA-16-3E-…`, `fa16.3e00.0001`, `fa163e000001`. */
function mac(word: string): Word | undefined {
  const forms = /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}|([0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12})$/i
  if (!forms.test(word)) return undefined
  const hex = word.toLowerCase().replace(/[^0-9a-f]/g, '')
  return { is: 'mac', mac: hex.replace(/(..)(?=.)/g, '$1:') }
}

/** The beginning of a port's UUID, as in a tap's name (`tap3c2abf01-b4`). */
function prefix(word: string): readonly Word[] {
  const start = /^(?:tap|qvo|qvb|qbr|vhu)?([0-9a-f]{8}(-[0-9a-f-]{0,27})?)$/i.exec(word)?.[1]
  return start === undefined ? [] : [{ is: 'prefix', prefix: start.toLowerCase() }]
}
