"""What buyers write to the demo shop, in English, in Hinglish and in Hindi; {} stands for a product."""

from __future__ import annotations

GOOD = (
    "Absolutely love the {}, the fabric is so soft and the colours are beautiful.",
    "Great quality and fast delivery. The {} looks even better than in the photos!",
    "Very happy with my {}. The print is perfect and the stitching is neat.",
    "Bahut accha hai, the {} is lovely. Highly recommended!",
    "Superb quality yaar, ekdum mast. My mother loved the {}.",
    "Beautiful handmade work. The {} washed well and the colour did not run.",
    "Paisa vasool! The {} is worth every rupee.",
    "Excellent service, they even called before delivery. Thank you!",
    "The {} is gorgeous and feels luxurious. Will buy again.",
    "Quality bahut badhiya hai, delivery bhi time pe. Happy customer.",
    "Lovely packaging, wonderful smell of fresh cotton, and a stunning {}.",
    "Bahut sundar hai, ghar mein sabko pasand aaya. Shukriya!",
    "बहुत अच्छी चादर है, रंग और कपड़ा दोनों बहुत सुंदर हैं। धन्यवाद!",
)
SO_SO = (
    "The {} is okay. Delivery took about a week.",
    "Product is as described. Received the {} on Tuesday.",
    "Theek hai, nothing special for the price.",
    "The {} is the size shown on the page.",
    "Colour is a bit different from the photo, but it is fine.",
    "Ordered a {} for the guest room.",
    "ठीक है, दाम के हिसाब से कुछ ख़ास नहीं।",
)
MIXED = (
    "Love the print of the {}, but the delivery was late and the box was damaged.",
    "The fabric is great, sadly the {} is smaller than I expected.",
    "Good quality lekin delivery bahut slow thi.",
    "Beautiful {}, terrible packaging.",
    "Support was very helpful, though the first {} they sent was the wrong one.",
)
BAD = (
    "Very disappointed. The {} faded after the first wash.",
    "Terrible experience, the {} arrived torn and nobody answers my emails.",
    "Bekar quality, colour nikal gaya pehli wash mein. Waste of money.",
    "The {} feels cheap and rough, not at all like the pictures. I want a refund.",
    "Worst delivery ever, ten days late and no update.",
    "Poor stitching, threads coming out of the {} already. Not happy.",
    "Paise barbaad. The {} is too thin and the size is wrong.",
    "I am still waiting for my refund for the {}. Horrible service.",
    "Kapda bahut patla hai aur rang bhi nikal gaya. Bilkul bekar.",
    "पहली धुलाई में ही रंग निकल गया, पैसे बर्बाद हुए।",
)
QUESTIONS = (
    "Where is my order? The tracking link does not work.",
    "Can I exchange the double size for a king size?",
    "Mera refund kab aayega?",
    "Please change the delivery address.",
    "One cushion cover is missing from the set.",
    "How do I wash the block print without the colour running?",
)
