import { isRecord } from '../core/scan.ts'
import { cloudError } from './failures.ts'

type Body = Readonly<Record<string, unknown>>

const MAX_PAGES = 500

/**
 * Follows the `<list>_links` of Neutron and Nova, and merges all pages into the shape of one.
 * Throws `CloudError` for a list that does not end: half a list must not pass for a whole one.
 */
export async function allPages(path: string, read: (path: string) => Promise<Body>): Promise<Body> {
  const first = await read(path)
  const key = listKey(first)
  if (key === undefined) return first
  const items = [...itemsOf(first, key)]
  const seen = new Set([path])
  for (let next = nextPath(first, key, path); next !== undefined; ) {
    if (seen.has(next) || seen.size >= MAX_PAGES) throw endless(path)
    seen.add(next)
    const page = await read(next)
    items.push(...itemsOf(page, key))
    next = nextPath(page, key, path)
  }
  const { [`${key}_links`]: _, ...rest } = first
  return { ...rest, [key]: items }
}

const listKey = (body: Body) =>
  Object.keys(body).find((key) => Array.isArray(body[key]) && Array.isArray(body[`${key}_links`]))

const itemsOf = (body: Body, key: string): readonly unknown[] => (Array.isArray(body[key]) ? body[key] : [])

/** Only the query of the link is taken: behind a proxy its host and path are often not the ones that we can reach. */
function nextPath(body: Body, key: string, path: string): string | undefined {
  const links = body[`${key}_links`]
  const next = Array.isArray(links) ? links.find((link) => isRecord(link) && link.rel === 'next') : undefined
  const href: unknown = isRecord(next) ? next.href : undefined
  if (typeof href !== 'string' || !URL.canParse(href, 'http://api/')) return undefined
  return path.replace(/\?.*$/, '') + new URL(href, 'http://api/').search
}

const endless = (path: string) =>
  cloudError(
    'truncated',
    `The list ${path} has no end: its pages repeat or are too many.`,
    `列表 ${path} 翻页没有尽头：分页重复或过多。`,
  )
