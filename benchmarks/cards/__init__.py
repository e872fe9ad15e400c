"""What a card of CDS Hooks costs."""
