// Takes the GOV.UK crest and crown out of the compiled style sheet: councils may not show them.
import { readFileSync, writeFileSync } from 'node:fs'

const path = '../static/app.css'
const css = readFileSync(path, 'utf8')
writeFileSync(path, css.replace(/[^{}]*(?:copyright-logo|crown|crest)[^{}]*\{[^{}]*\}/g, ''))
