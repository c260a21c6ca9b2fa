"""The service over HTTP: pages for people, an API for programs, and the policy that guards both."""
