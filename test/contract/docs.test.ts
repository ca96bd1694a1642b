import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** What a person reads leads somewhere, and exists in both languages. */

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const pages = ['', 'docs', 'docs/causes'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

test.each(pages)('%s: every link leads to a file', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(
    (m) => m[1] ?? '',
  )
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
})

test.each(pages)('%s: English and Chinese', (page) => {
  const other = page.endsWith('.zh-CN.md') ? page.replace('.zh-CN.md', '.md') : page.replace(/\.md$/, '.zh-CN.md')
  const characters = readFileSync(join(root, page), 'utf8').match(/\p{Script=Han}/gu)?.length ?? 0
  expect(existsSync(join(root, other)) || characters > 12, `${page} has no ${other}`).toBe(true)
})
