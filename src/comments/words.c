/*
 * The list: short, plain and kind words, in the order of the alphabet. They are read aloud and
 * typed on telephones, so no two differ by one letter or by vowels alone. A word may be replaced
 * only by breaking the codes that hold it.
 */
#include "comments/words.h"

const char *const words_of_codes[WORDS_COUNT] = {"acorn", "almond", "amber", "anchor", "angel",
	"apple", "apricot", "april", "aspen", "atlas", "august", "autumn", "avocado", "bakery",
	"bamboo", "banana", "basil", "basket", "beacon", "beaver", "bench", "berry", "blossom",
	"bonfire", "bottle", "breeze", "bridge", "brook", "bubble", "butter", "cabin", "cactus",
	"camel", "candle", "canyon", "carpet", "cedar", "cello", "chalk", "chestnut", "circle",
	"citrus", "clarinet", "cliff", "clover", "cobalt", "coconut", "compass", "copper",
	"cottage", "cotton", "cricket", "crocus", "crystal", "cushion", "cypress", "daisy",
	"dancer", "dolphin", "donkey", "dragon", "drizzle", "drum", "eagle", "echo", "eclipse",
	"elbow", "elephant", "emerald", "engine", "evening", "fabric", "falcon", "family",
	"feather", "fiddle", "flamingo", "flute", "forest", "fossil", "fountain", "fox", "friend",
	"galaxy", "garden", "garlic", "gazelle", "gentle", "giraffe", "glacier", "glider", "golden",
	"granite", "grape", "guitar", "hammock", "harp", "harvest", "helmet", "heron", "hiking",
	"hilltop", "holiday", "honey", "horizon", "igloo", "indigo", "island", "ivory", "jacket",
	"jaguar", "jasmine", "jigsaw", "journey", "jungle", "juniper", "kayak", "kettle", "kingdom",
	"kitchen", "koala", "ladder", "lagoon", "lantern", "lavender", "lemon", "leopard", "letter",
	"library", "lilac", "linen", "lizard", "lobster", "locket", "lotus", "lullaby", "magnet",
	"magpie", "mango", "maple", "marble", "market", "meadow", "melody", "mermaid", "midnight",
	"mirror", "mitten", "monday", "moon", "mosaic", "muffin", "mulberry", "napkin", "nectar",
	"needle", "nephew", "nest", "nickel", "notebook", "novel", "nutmeg", "oasis", "ocean",
	"octopus", "olive", "onion", "opal", "orange", "orchid", "origami", "otter", "painter",
	"palace", "panda", "papaya", "parrot", "pastel", "pelican", "pencil", "penguin", "picnic",
	"pigeon", "pilgrim", "planet", "poem", "pollen", "poplar", "pretzel", "prism", "pumpkin",
	"puppet", "purple", "puzzle", "quartz", "quilt", "rabbit", "radish", "rainbow", "raven",
	"ribbon", "river", "saffron", "salad", "sapphire", "saturn", "scarf", "school", "seagull",
	"shelter", "silver", "sketch", "slipper", "smile", "sofa", "spiral", "sponge", "squirrel",
	"starfish", "statue", "stone", "story", "summer", "sunday", "sunrise", "swan", "teapot",
	"temple", "tiger", "timber", "toast", "tomato", "torch", "tortoise", "tractor", "treasure",
	"trumpet", "tulip", "tundra", "tunnel", "twig", "umbrella", "unicorn", "valley", "velvet",
	"village", "violin", "voyage", "walrus", "water", "willow", "wonder", "woodland",
	"workshop", "zebra", "zigzag"};
