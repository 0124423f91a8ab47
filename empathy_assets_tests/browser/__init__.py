"""Browser journeys: what a person sees in the Dagster UI of a built release."""
