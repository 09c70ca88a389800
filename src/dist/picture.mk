# The essay's picture, from its drawing. The PNG is kept in git, so only whoever changes the drawing
# needs rsvg-convert; the file is not a rule of its own, as a checkout does not keep times.
picture:
	rsvg-convert -o capsule/pictures/kindness-calendar.png src/dist/calendar.svg

.PHONY: picture
