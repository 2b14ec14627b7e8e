// Asks some suites of the server at a URL; prints what each test is, and what came of it, as JSON.
import { pathToFileURL } from 'node:url'

const [folder, url, ...wanted] = process.argv.slice(2)
const from = (name) => import(pathToFileURL(`${folder}/${name}`))
const { getResults, runTests } = await from('client/runner.mjs')
const { default: suites } = await from('tests/index.mjs')

// A request for a range has fetch itself ask for no coding: so that copies are the same, all do.
const plainly = (address, { headers, ...rest } = {}) => {
  const said = new Headers(headers)
  if (!said.has('accept-encoding')) said.set('accept-encoding', 'identity')
  return fetch(address, { ...rest, headers: said })
}
const asked = suites.filter(({ id }) => wanted.includes(id))
await runTests(asked, plainly, false, url)
const results = getResults()
const found = asked.flatMap(({ id: suite, tests }) => tests
  .filter(({ id }) => id in results)
  .map(({ id, name, kind = 'required' }) => ({ suite, id, name, kind, result: results[id] })))
console.log(JSON.stringify(found))
