"""One origin for the API, the sign-in and the dashboards."""
