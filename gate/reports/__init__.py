"""Reports for people, made from the judgement alone; everything from artifacts and engines is escaped."""
