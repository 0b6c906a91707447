"""What providers advise, taken as data: read, priced again at the customer's own price, merged with our findings."""
