// Marks the page as scripted, starts the Design System's parts, and says only what matters aloud.
import { initAll } from './govuk-frontend.min.js'
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
document.addEventListener('htmx:sseClose', () => window.location.reload())
