"""Pages and API over the commands and queries; the only user of FastAPI."""
