"""What a person's page costs the processor, and what it costs the weekly run to make it ready."""
